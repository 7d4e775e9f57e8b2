"""Sends one mail by Python's own smtplib to a gateway and prints the refused recipients as JSON.

Arguments: host, port, sender, recipient, subject, text, HTML.
"""

import json
import smtplib
import sys
from email.message import EmailMessage

host, port, sender, recipient, subject, text, html = sys.argv[1:]

mail = EmailMessage()
mail["From"] = sender
mail["To"] = recipient
mail["Subject"] = subject
mail.set_content(text)
mail.add_alternative(html, subtype="html")

with smtplib.SMTP(host, int(port), timeout=20) as server:
    server.login("anyone", "anything")
    try:
        refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        refused = {address: code for address, (code, _) in error.recipients.items()}
print(json.dumps(refused))
