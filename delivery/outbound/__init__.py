"""What leaves the house: messages to phones and agencies, questions to geocoders and road servers.

One module per provider, and nothing else imports that provider's library.
"""
