"""Finding a time for people in many zones: whom each slot hurts, and which hurts least."""
