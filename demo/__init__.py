"""The demonstration: a made-up world, a stand-in for the SMS provider, and the acts played over HTTP.

Nothing here imports the product: it sees what an agency, a courier or a phone
would see. Tests and benchmarks may use it.
"""
