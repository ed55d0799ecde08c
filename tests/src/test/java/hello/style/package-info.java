/** How the repository's own scripts are written. */
package hello.style;
