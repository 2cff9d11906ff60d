/**
 * Puts text on the clipboard.
 * @returns false if the browser does not allow it (plain http, or the member denied permission)
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // ignored because: the caller shows the text so that the member can copy it by hand.
    return false
  }
}
