"""What the guide's client does, in Python: signs in, links the demo account, sends, and hears the receipts.

    client.py URL TOKEN USER_ID TRANSPORTS

Prints one line of JSON with the names of the events heard, the transport at the end, and the conversation.
"""

import json
import queue
import sys

import socketio

DEADLINE = 20

url, token, user_id, transports = sys.argv[1:]
heard = []
arrived = queue.Queue()
client = socketio.Client(reconnection=False)


@client.on("*")
def hear(event, data=None):
    heard.append(event)
    arrived.put((event, data))


def wait_for(name, matches=lambda data: True):
    """The data of the next event of that name that matches."""
    while True:
        event, data = arrived.get(timeout=DEADLINE)
        if event == name and matches(data):
            return data


client.connect(url, transports=transports.split(","), wait_timeout=DEADLINE)
client.emit("authenticate", {"token": token, "userId": user_id})
assert wait_for("authenticated")["userId"] == user_id
ack = client.call("connect_whatsapp", {"provider": "demo"}, timeout=DEADLINE)
assert ack["ok"], ack
chat = wait_for("new_message", lambda message: not message["isOutgoing"])["conversationId"]
ack = client.call("join_conversation", {"conversationId": chat}, timeout=DEADLINE)
assert ack["ok"], ack
ack = client.call("send_message", {"conversationId": chat, "message": "Grüße aus Python 🐍"}, timeout=DEADLINE)
assert ack["ok"] and ack["status"] == "queued", ack
wait_for("message_sent_success", lambda message: message["id"] == ack["id"])
wait_for("message_status", lambda message: message["id"] == ack["id"] and message["status"] == "read")
refused = client.call("no_such_event", {}, timeout=DEADLINE)
assert refused["error"]["code"] == "unknown_event", refused
print(json.dumps({"heard": sorted(set(heard)), "transport": client.transport(), "conversationId": chat}))
client.disconnect()
