// Dialogs whose content the server draws.

// Gives what closes the dialog. It is emptied then, however it is closed: the event of closing comes later, and a swap
// in between would show the old content again.
export function emptiedWhenClosed(dialog) {
  const empty = () => dialog.replaceChildren();
  dialog.addEventListener("cancel", empty);
  dialog.addEventListener("close", empty);
  return () => {
    dialog.close();
    empty();
  };
}
