// Before anything is drawn: the theme that was chosen here. A script of its own, since the page may hold none inline.
try {
  const { theme } = JSON.parse(localStorage.getItem('preferences') ?? '{}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // ignored because: the system's theme holds then.
}
