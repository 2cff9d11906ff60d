// Punctuation and symbols in Unicode. The browser has these tables, so the build replaces the parser's own copies with this
// (vite.config.ts).

export const P = /\p{P}/u
export const S = /\p{S}/u
