/** What the workflows may do, and the scripts that they and people run, with stand-ins for what only GitHub has. */
package hello.workflows;
