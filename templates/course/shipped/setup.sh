#!/usr/bin/env bash
# Gradescope runs this once, when the image is built: Python and the packages of the project.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
apt-get update
apt-get install -y --no-install-recommends python3-pip
python3 -m pip install uv
export UV_PYTHON_INSTALL_DIR=/autograder/python UV_LINK_MODE=copy
uv venv --python 3.12 /autograder/venv
uv pip install --python /autograder/venv/bin/python --index-strategy unsafe-best-match -r "$here/bundle/requirements.txt"
chmod -R go-rwx "$here"  # the graded code runs as another user, and must not read this
