// Prints the compressed size of what a browser loads first, and fails above the budgets.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const outputs = join(dirname(fileURLToPath(import.meta.url)), '../../static')
const KIB = 1024

const gzip = (path) => gzipSync(readFileSync(path), { level: 9 }).length

/** The page and everything it names itself: module, preloads and style sheets. */
function firstLoad(folder, base) {
  const page = join(folder, 'index.html')
  const named = [...readFileSync(page, 'utf8').matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)]
  return [page, ...named.map((match) => join(folder, match[1].replace(base, '')))]
}

const budgets = [
  { name: 'desk first load', kib: 120, files: firstLoad(join(outputs, 'desk'), '/desk/') },
  { name: 'widget/app.js', kib: 30, files: [join(outputs, 'widget/app.js')] },
  { name: 'widget.js', kib: 3, files: [join(outputs, 'widget.js')] },
]
const report = budgets.map(({ name, kib, files }) => {
  const missing = files.some((file) => !existsSync(file))
  const bytes = missing ? null : files.reduce((total, file) => total + gzip(file), 0)
  return { name, gzip_bytes: bytes, budget_bytes: kib * KIB, ok: !missing && bytes <= kib * KIB }
})
console.log(JSON.stringify(report, null, 2))
if (report.some((line) => !line.ok)) process.exitCode = 1
