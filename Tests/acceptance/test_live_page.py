"""The live page in a browser without a screen: it shows the models, and its form asks one."""
import asyncio
import json
import re
import shutil
import subprocess

import aiohttp
import pytest

from server import EXAMPLES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture
def page(server, tmp_path):
    """The address that drives a browser which has the page open."""
    browser = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}",
         f"http://{server.http}/"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        for line in browser.stderr:
            if found := re.search(r"ws://([^/]+)/", line):
                yield found[1]
                break
        else:
            pytest.fail("the browser did not start")
    finally:
        browser.kill()
        browser.wait()


async def drive(address, expressions):
    """Evaluates each expression in the page until it is something, and returns the values."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"http://{address}/json") as reply:
                pages = [entry for entry in json.loads(await reply.text()) if entry["type"] == "page"]
            if pages:
                break
            await asyncio.sleep(0.1)
        async with session.ws_connect(pages[0]["webSocketDebuggerUrl"]) as socket:
            values, number = [], 0
            for expression in expressions:
                while True:
                    number += 1
                    await socket.send_json(
                        {"id": number, "method": "Runtime.evaluate", "params": {"expression": expression, "returnByValue": True}})
                    answer = await socket.receive_json(timeout=20)
                    value = answer.get("result", {}).get("result", {}).get("value")
                    if value:
                        break
                    await asyncio.sleep(0.1)
                values.append(value)
            return values


def test_models_are_shown_and_the_form_asks_one(page):
    text = lambda name: f"document.getElementById('{name}').textContent"
    names, _, asked, answer = asyncio.run(asyncio.wait_for(drive(page, [
        "[...document.querySelectorAll('#models tr')].map(row => row.cells[0].textContent + row.cells[2].textContent).join()",
        "(document.getElementById('which').value = 'digits-mlp/1') && document.getElementById('which').dispatchEvent(new Event('change'))",
        "document.getElementById('data0').value && (document.getElementById('ask').click() || 'asked')",
        f"{text('took')} && {text('answer')}",
    ]), 60))
    assert names.split(",") == sorted(f"{folder.name}READY" for folder in EXAMPLES.iterdir())
    outputs = {output["name"]: output for output in json.loads(answer)["outputs"]}
    assert outputs["probabilities"]["shape"] == [1, 10] and len(outputs["probabilities"]["data"]) == 10
