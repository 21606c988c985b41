"""Messages are rows (transactional outbox), handed to a gateway at most once."""
