// The checkbox in the header ticks all users of the page. Without this file it is not shown.
function ticks() {
  const all = document.getElementById("tick-all");
  if (!all) return;
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll('input[name="user"]')) box.checked = all.checked;
  });
}
document.addEventListener("DOMContentLoaded", ticks);
document.addEventListener("htmx:after:swap", ticks);
