// Sends what was kept while its writer signed in again, as they meant it to be.

document.getElementById("finish").requestSubmit();
