// What counts as punctuation and as a symbol: the browser knows all of Unicode. The build puts this in the place of a copy
// of those tables (vite.config.ts).

export const P = /\p{P}/u
export const S = /\p{S}/u
