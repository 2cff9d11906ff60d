/**
 * Puts text on the clipboard.
 * @returns false where the browser does not let a page do that (plain http, or the member said no)
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // ignored because: the caller shows the text to be copied by hand.
    return false
  }
}
