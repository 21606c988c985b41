"""The door by which gateways call us: POST /receipts/ROUTE, proved, read, written into the inbox, answered.

A call is taken in and nothing more: the senders apply what waits in the inbox, so that an answer takes milliseconds.
"""
