// Small comforts. Every page works without them.
const on = (type, selector, act) => document.addEventListener(type, (event) => {
  const target = event.target.closest?.(selector);
  if (target) act(target, event);
});

on("click", "[data-open]", (button) => document.getElementById(button.dataset.open)?.showModal());
on("click", "[data-close]", (button) => button.closest("dialog")?.close());
on("click", "[data-copy]", async (button) => {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = "Selected: copy it with your keyboard";
  }
  setTimeout(() => { button.textContent = label; }, 2000);
});
on("change", "[data-submit]", (field) => field.form.requestSubmit());

addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-copy], [data-open]")) button.hidden = false;
});
