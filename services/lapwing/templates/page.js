// Fetches the flow anew every two seconds while the page is looked at. Without it the page is as true as when it was loaded.
"use strict";
const flow = document.getElementById("flow");
async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(flow.dataset.from);
    if (!answer.ok) throw new Error(answer.statusText);
    const open = [...flow.querySelectorAll("details")].map((part) => part.open);
    flow.innerHTML = await answer.text();
    flow.querySelectorAll("details").forEach((part, at) => { part.open = Boolean(open[at]); });
    document.body.classList.remove("gone");
  } catch {
    const stands = flow.querySelector(".stands");
    stands.textContent = "This process does not answer any more. What it held is kept, and goes on at the next start.";
    stands.className = "stands bad";
  }
}
setInterval(look, 2000);
