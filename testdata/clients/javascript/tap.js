'use strict'

const assert = require('node:assert/strict')

// Suite runs cases one after another and prints what became of each in the
// Test Anything Protocol: "ok 1 - name" or "not ok 1 - name" with the reason
// in comment lines, and in the end the plan "1..N".
class Suite {
  #ran = 0
  #failed = 0

  /** @param {string} name @param {() => Promise<void>} run */
  async case(name, run) {
    const number = ++this.#ran
    try {
      await run()
      console.log(`ok ${number} - ${name}`)
    } catch (err) {
      this.#failed++
      const why = err?.stack ?? String(err)
      console.log(`not ok ${number} - ${name}\n# ${why.trim().replaceAll('\n', '\n# ')}`)
    }
  }

  /** Prints the plan; the process ends with code 1 if a case failed. */
  done() {
    console.log(`1..${this.#ran}`)
    process.exitCode = this.#failed ? 1 : 0
  }
}

module.exports = { Suite, assert }
