/** What the workflows may do, and the scripts that they and docs/verify-release.md run, with stand-ins for what only GitHub has. */
package hello.workflows;
