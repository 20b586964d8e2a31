"""Stories as data: read strictly, played through the real product, compared exactly."""
