"""What requests and answers stand on: addresses, context, cookies, assets, health, log."""
