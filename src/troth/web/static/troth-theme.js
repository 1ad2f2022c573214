// Light, dark, or as the system says. Loaded in <head> so that no page flashes; kept on this device only.
const root = document.documentElement;
const themes = ["system", "light", "dark"];
const read = () => { try { return localStorage.getItem("troth-theme"); } catch { return null; } };
const apply = (theme) => {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme; else delete root.dataset.theme;
};
apply(read());

addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    const { themeSwitch, themes: names = themes.join(" ") } = button.dataset;
    const label = themeSwitch || "Colours", said = names.split(" ");
    const say = () => { button.textContent = `${label}: ${said[Math.max(themes.indexOf(read()), 0)]}`; };
    button.hidden = false;
    say();
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(read() ?? "system") + 1) % themes.length];
      try { localStorage.setItem("troth-theme", next); } catch { /* private window: lasts for this page */ }
      apply(next);
      say();
    });
  }
});
