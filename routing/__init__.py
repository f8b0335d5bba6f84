"""Planning couriers' days: values in, values out. Knows places, times and costs, and nothing of the post office."""
