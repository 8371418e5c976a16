/// Every kernel once more as a plain loop, for tests: what the kernel means, slow and obvious.
package enum Reference {}
