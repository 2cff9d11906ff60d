// A text as it is drawn. What is copied, exported and compared is the text itself.

/** Marks on one letter; no script needs as many. A browser takes seconds for thousands. */
const TOO_MANY = /(\p{M}{8})\p{M}+/gu

/** The text without the marks that are piled on a letter beyond eight. */
export function drawable(text: string): string {
  return /\p{M}{9}/u.test(text) ? text.replace(TOO_MANY, '$1') : text
}
