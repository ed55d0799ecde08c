/** What the documents name is there: links, files, make targets; and commands are run, symptoms printed. */
package hello.docs;
