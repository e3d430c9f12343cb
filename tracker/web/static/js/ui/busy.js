// A form that takes a while says so, is sent once, and shows how far its work has come where it knows whom to ask.
const EVERY_MS = 500;

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    const line = underWay(form.querySelector("button")?.textContent ?? "");
    form.after(line); // what is busy is not read aloud
    if (form.dataset.busy) follow(form.dataset.busy, line);
  });
}

function underWay(name) {
  const line = document.createElement("div");
  line.className = "under-way";
  line.innerHTML = '<progress></progress><span class="count"></span><span class="hidden" role="status"></span>';
  line.firstChild.setAttribute("aria-label", name);
  return line;
}

// The count is shown as it comes and read aloud at each quarter.
async function follow(address, line) {
  const [bar, count, status] = line.children;
  let read = "";
  while (line.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const { step, done, total, words } = await asked(address);
    if (!words) continue;
    count.textContent = words;
    if (total) {
      bar.max = total;
      bar.value = done;
    } else {
      bar.removeAttribute("value");
    }
    const quarter = total ? Math.floor((4 * done) / total) : 0;
    if (quarter && read !== step + quarter) status.textContent = words;
    read = step + quarter;
  }
}

async function asked(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : {};
  } catch {
    return {}; // the form's own answer will tell
  }
}

// Back from the next page, the form can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  for (const line of document.querySelectorAll(".under-way")) line.remove();
});
