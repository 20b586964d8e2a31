"""The demo plant: an invented works whose story is told through the product's own actions, and a simulator that plays on."""
