// A long answer with every element that answers contain, always the same.

const SECTION = (number: number) => `## Part ${number}: what a room has to do

The **first** thing is that *everybody* sees the same text, with \`code\` and a [link](https://example.com/${number}).
It goes on over a second line, says that $x_${number}^2 < y$ holds, that it costs $5 or $10, and ends.

- one item of a list, long enough to be worth reading aloud
- another **bold** one
  - nested, with \`words\`
  - and once more
- [x] done
- [ ] to do

\`\`\`ts
const part${number} = new Map<string, number>()
for (const [word] of text.matchAll(/\\p{L}+/gu)) {
  part${number}.set(word, (part${number}.get(word) ?? 0) + 1) // counts
}
// a line that is so long that no screen is wide enough for it, so that it has to scroll sideways within its block, for sure
\`\`\`

| name | what it is | size |
|------|:----------:|-----:|
| log | keeps *everything* | ${number}0 |
| room | follows | 2 |

> Somebody said this,
> in two lines.

1. first
2. second

$$
\\sum_{k=1}^{${number}} k = \\frac{${number}(${number}+1)}{2}
$$

---

`

/** @param length minimum number of characters */
export function longAnswer(length: number): string {
  const parts: string[] = []
  for (let number = 1, total = 0; total < length; number++) {
    const part = SECTION(number)
    parts.push(part)
    total += part.length
  }
  return `${parts.join('')}That is all.`
}
