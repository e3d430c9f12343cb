// Copies what stands in a field: <button data-copy="id of the field" data-copied="what it says then">.
for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // not over plain http: it is selected, ready for Ctrl+C
    }
    button.textContent = button.dataset.copied;
    document.getElementById("announcer").textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = words), 2000);
  });
}
