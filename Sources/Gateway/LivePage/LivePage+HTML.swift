extension LivePage {
    /// The page: no scripts or styles from elsewhere, nothing to build.
    static let html = #"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Martlet</title>
        <style>
          :root { color-scheme: light dark; --line: #8884; --good: #2a7; --bad: #c33; }
          body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
          h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
          table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
          th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
          th:first-child, td:first-child, .left { text-align: left; }
          .READY { color: var(--good); } .UNAVAILABLE, .error { color: var(--bad); }
          label { display: block; margin: .6rem 0 .2rem; } select, input, textarea, button { font: inherit; }
          textarea { width: 100%; box-sizing: border-box; font-family: ui-monospace, monospace; font-size: 13px; }
          pre { overflow: auto; border: 1px solid var(--line); padding: .6rem; max-height: 24rem; }
          small { opacity: .7; }
        </style>
        <h1>Martlet <small id="about"></small></h1>
        <p class="error" id="trouble" role="alert"></p>
        <div style="overflow-x:auto"><table>
          <thead><tr><th>Model<th>Version<th class="left">State<th>Requests/s<th>p50 ms<th>p99 ms<th>Rows/run<th>Queued<th>In flight<th>Failed<th>Refused</tr></thead>
          <tbody id="models"></tbody>
        </table></div>
        <h2>Try it</h2>
        <form id="form">
          <label for="which">Model</label> <select id="which"></select>
          <div id="inputs"></div>
          <p><button id="ask">Ask</button> <small id="took"></small></p>
        </form>
        <pre id="answer" hidden></pre>
        <details><summary>Token</summary><label for="token">Bearer token, where the server wants one; kept until this page is closed</label>
          <input id="token" type="password" autocomplete="off" size="40"></details>
        <script>
        "use strict";
        const by = id => document.getElementById(id);
        const headers = () => by("token").value ? { Authorization: "Bearer " + by("token").value } : {};
        const keyOf = m => m.model + "/" + m.version;
        let last = null, shown = "", models = [];

        function cell(row, text, name) {
          const made = row.insertCell();
          made.textContent = text;
          if (name) made.className = name;
          return made;
        }

        function show(now, stamp) {
          by("about").textContent = now.version + (now.ready ? "" : ", not ready");
          const body = by("models");
          body.replaceChildren();
          for (const m of now.models) {
            const row = body.insertRow(), before = last && last.models.get(keyOf(m));
            const rate = before && m.answered !== undefined ? (m.answered - before.answered) / (stamp - last.stamp) * 1000 : 0;
            cell(row, m.model);
            cell(row, m.version ?? "");
            cell(row, m.state + (m.reason ? ": " + m.reason : ""), "left " + m.state).title = m.reason;
            const live = m.answered !== undefined;
            for (const text of live ? [rate.toFixed(1), m.p50_ms.toFixed(2), m.p99_ms.toFixed(2), m.runs ? (m.rows / m.runs).toFixed(1) : "",
                                       m.queued, m.in_flight, m.failed, m.refused] : Array(8).fill("")) cell(row, text);
          }
          last = { stamp, models: new Map(now.models.map(m => [keyOf(m), m])) };
          models = now.models.filter(m => m.inputs);
          const names = models.map(keyOf).join("\n");
          if (names !== shown) {
            shown = names;
            const chosen = by("which").value;
            by("which").replaceChildren(...models.map(m => new Option(m.model + " version " + m.version, keyOf(m))));
            if (models.some(m => keyOf(m) === chosen)) by("which").value = chosen;
            makeForm();
          }
        }

        const chosen = () => models.find(m => keyOf(m) === by("which").value);
        // What a shape leaves open is 1 in the example.
        const closed = shape => shape.map(extent => extent < 0 ? 1 : extent);

        function example(port) {
          const count = closed(port.shape).reduce((product, extent) => product * extent, 1);
          if (count > 4096) return "";
          const value = port.datatype === "BYTES" ? "text" : port.datatype === "BOOL" ? false : 0;
          return JSON.stringify(Array(count).fill(value));
        }

        function makeForm() {
          const model = chosen();
          by("inputs").replaceChildren();
          for (const [index, port] of (model ? model.inputs : []).entries()) {
            const label = document.createElement("label"), area = document.createElement("textarea"), shape = document.createElement("input");
            label.htmlFor = "data" + index;
            label.textContent = port.name + ": " + port.datatype + " [" + port.shape.join(", ") + "], of shape ";
            shape.id = "shape" + index;
            shape.value = closed(port.shape).join(", ");
            shape.setAttribute("aria-label", "shape of " + port.name);
            area.id = "data" + index;
            area.rows = 3;
            area.value = example(port);
            label.append(shape);
            by("inputs").append(label, area);
          }
        }

        by("which").addEventListener("change", makeForm);
        by("form").addEventListener("submit", async event => {
          event.preventDefault();
          const model = chosen(), answer = by("answer");
          if (!model) return;
          answer.hidden = false;
          try {
            const inputs = model.inputs.map((port, index) => ({
              name: port.name, datatype: port.datatype,
              shape: by("shape" + index).value.split(",").filter(part => part.trim()).map(Number), data: JSON.parse(by("data" + index).value)
            }));
            const start = performance.now();
            const reply = await fetch("v2/models/" + encodeURIComponent(model.model) + "/versions/" + model.version + "/infer",
              { method: "POST", headers: { "Content-Type": "application/json", ...headers() }, body: JSON.stringify({ inputs }) });
            const text = await reply.text();
            by("took").textContent = reply.status + ", " + (performance.now() - start).toFixed(1) + " ms";
            answer.className = reply.ok ? "" : "error";
            answer.textContent = text;
          } catch (error) {
            answer.className = "error";
            answer.textContent = error;
          }
        });

        async function refresh() {
          try {
            const reply = await fetch("live.json", { headers: headers() });
            if (!reply.ok) throw new Error((await reply.json()).error);
            show(await reply.json(), performance.now());
            by("trouble").textContent = "";
          } catch (error) {
            by("trouble").textContent = error.message;
          }
          setTimeout(refresh, 1000);
        }
        refresh();
        </script>
        </html>

        """#
}
