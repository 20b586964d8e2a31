# A veneer over dev.py, which works where make is missing: python3 dev.py run
PYTHON ?= python3
ARGS ?=

.PHONY: run test bench soak clean

run:
	@$(PYTHON) dev.py run $(ARGS)

test:
	@$(PYTHON) dev.py test $(ARGS)

bench:
	@$(PYTHON) dev.py bench $(ARGS)

soak:
	@$(PYTHON) dev.py soak $(ARGS)

clean:
	@$(PYTHON) dev.py clean
