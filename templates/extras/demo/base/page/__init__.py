"""The demo page: questions, answers, and the server; demo.py is the command. Here is what Gradio must find first."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith("GRADIO_")]:
    del os.environ[name]  # they open folders, routes and tunnels
UPLOADS = tempfile.TemporaryDirectory(prefix="demo-", ignore_cleanup_errors=True)  # goes with the page
os.environ["GRADIO_TEMP_DIR"] = UPLOADS.name
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # no telemetry, no look for newer versions
os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own page whether it is up
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost", "127.0.0.1"]))
