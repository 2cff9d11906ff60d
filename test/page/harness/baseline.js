// The usual way, to compare with: the whole text is parsed and set as HTML for each piece that arrives.
import '@roomcast/client/styles/index.css'
import MarkdownIt from 'markdown-it'

const parser = new MarkdownIt({ html: false, linkify: true })
const app = document.querySelector('#app')
app.innerHTML =
  '<div class="log" style="height: 100vh; overflow: auto"><div class="markdown"></div></div>'
const log = app.querySelector('.log')
const place = app.querySelector('.markdown')

window.answer = {
  async show(text) {
    place.innerHTML = parser.render(text)
    log.scrollTop = log.scrollHeight
  },
}
