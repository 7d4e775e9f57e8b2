// The fobwatch adapter protocol, version 1, in one file. It needs nothing but the standard library.
//
// An Adapter answers one request after the other; Run speaks on standard input and output until
// nobody asks any more. What is printed must go to standard error: standard output belongs to the
// protocol.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

const protocol = 1

// A line may be as long as this, and no longer.
const longestLine = 1024 * 1024

// Fields are a JSON object.
type Fields = map[string]any

// Scope says on whose behalf something is asked: a scenario, and a browser of it. Keep a cookie jar
// for each.
type Scope struct {
	Scenario string `json:"scenario"`
	Session  string `json:"session"`
}

// Outcome is how a request is answered; Reply, Reject, Unsupported and Fault make one.
type Outcome struct {
	name string
	body Fields
}

// Reply says that your server did it: Reply("signed_in", Fields{"assurance": "two_factor"}).
func Reply(name string, fields Fields) Outcome {
	body := Fields{"reply": name}
	for field, value := range fields {
		body[field] = value
	}
	return Outcome{"ok", body}
}

// Reject says that your server said no. "denied" is always a right class; name a closer one if it
// told why.
func Reject(class string) Outcome { return Outcome{"reject", Fields{"class": class}} }

// Unsupported says that your server has no such thing: scenarios that need it are skipped.
func Unsupported() Outcome { return Outcome{"unsupported", Fields{}} }

// Fault says that you could not ask, or not understand the answer: nobody is blamed.
func Fault(message string) Outcome {
	return Outcome{"fault", Fields{"effect": "unknown", "message": message}}
}

// Adapter is an implementation, described for the harness.
type Adapter interface {
	// Hello gives the answer to hello: implementation, clock, declares, features. run has the seed,
	// and the gateways where your server must hand over its messages.
	Hello(run Fields) Fields
	// Ask answers an operation.
	Ask(operation string, args Fields, scope Scope) Outcome
}

type request struct {
	ID    *string `json:"id"`
	Op    *string `json:"op"`
	Args  Fields  `json:"args"`
	Scope Scope   `json:"scope"`
}

// Run answers until bye or the end of standard input.
func Run(adapter Adapter) {
	lines := bufio.NewReaderSize(os.Stdin, 64*1024)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var asked request
			if json.Unmarshal(line, &asked) != nil || asked.ID == nil || asked.Op == nil {
				fmt.Fprintf(os.Stderr, "this is no request: %.160q\n", line)
			} else {
				say(*asked.ID, answer(adapter, asked))
				if *asked.Op == "bye" {
					return
				}
			}
		}
		if err != nil {
			return
		}
	}
}

func answer(adapter Adapter, asked request) (outcome Outcome) {
	// What goes wrong in here is a fault of the adapter, and no reason to end.
	defer func() {
		if wrong := recover(); wrong != nil {
			outcome = Fault(fmt.Sprint(wrong))
		}
	}()
	switch *asked.Op {
	case "bye":
		return Outcome{"ok", Fields{}}
	case "hello":
		return hello(adapter, asked.Args)
	}
	return adapter.Ask(*asked.Op, asked.Args, asked.Scope)
}

func hello(adapter Adapter, args Fields) Outcome {
	if spoken, ok := args["protocol"].(Fields); ok {
		least, _ := spoken["min"].(float64)
		most, _ := spoken["max"].(float64)
		if least > protocol || most < protocol {
			message := "protocol 1 is spoken here"
			return Outcome{"fault", Fields{"effect": "none", "message": message}}
		}
	}
	welcome := adapter.Hello(args)
	welcome["protocol"] = protocol
	welcome["max_in_flight"] = 1
	return Outcome{"ok", welcome}
}

func say(id string, outcome Outcome) {
	line, err := json.Marshal(Fields{"id": id, outcome.name: outcome.body})
	if err != nil || len(line) >= longestLine {
		message := "the answer cannot be written in a line"
		line, _ = json.Marshal(Fields{"id": id, "fault": Fault(message).body})
	}
	os.Stdout.Write(append(line, '\n'))
}
