// An adapter for fobwatch. It answers already; make each operation speak to your server.
//
//	go build
//	fobwatch adapter doctor exec:./adapter
//	fobwatch run --against exec:./adapter
//
// What your server has not, delete: scenarios that need it are skipped.
package main

// MyServer is a stand-in for your server: passwords by user name. Delete it when the real one is
// asked.
type MyServer struct {
	people map[string]string
}

// Hello is told of the gateways, if they are open: run["gateways"] says where your server must hand
// over its messages: ["sms"]["url"], ["account"], ["token"] (as Twilio's API) and ["smtp"].
func (server *MyServer) Hello(run Fields) Fields {
	return Fields{
		"implementation": Fields{"name": "My server", "version": "1.0", "language": "go"},
		// real: its clock cannot be moved. offset: the operation advance_clock moves it forward.
		"clock": "real",
		// What it says of itself; the suite holds it to this.
		"declares": Fields{"code_digits": 6, "attempts": 5},
	}
}

// Ask answers an operation.
func (server *MyServer) Ask(operation string, args Fields, scope Scope) Outcome {
	text := func(name string) string { value, _ := args[name].(string); return value }
	switch operation {
	case "provision":
		// Makes an invented person exist: an admin API of your server, or a hook for tests.
		server.people[text("user")] = text("password")
		return Reply("done", Fields{})
	case "sign_in":
		// User name and password. The scope tells browsers apart: one cookie jar for each.
		if password, known := server.people[text("user")]; !known || password != text("password") {
			return Reject("denied")
		}
		// Your server would have sent a PIN now: Reply("code_required", Fields{"channel": "sms"}).
		return Unsupported()
	case "probe":
		// What may this browser do now?
		return Reply("signed_out", Fields{})
	}
	return Unsupported()
}

func main() {
	Run(&MyServer{people: map[string]string{}})
}
