/** What the documents name is there: links, files, make targets. */
package hello.docs;
