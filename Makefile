PYTHON ?= python3
BIN := .venv/bin

.PHONY: app test check coverage checkpoints photos clean

app: .venv/.app
	$(BIN)/streamlit run app.py

test: check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: .venv/.test
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser and not slow" --ignore tests/pages --cov

checkpoints: .venv/.app
	sh checkpoints/make.sh $(BIN)/python

photos: .venv/.app
	sh checkpoints/photos.sh $(BIN)/python "$(DATA)"

.venv/bin/python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "reidviz needs Python 3.11 or newer"'
	$(PYTHON) -m venv .venv

.venv/.app: requirements.txt requirements-onnx.txt constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-onnx.txt -c constraints.txt
	touch $@

.venv/.test: requirements-dev.txt .venv/.app
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	sh tests/browser/install_chromium.sh $(BIN)/python
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
