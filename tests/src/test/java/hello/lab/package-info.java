/** The cluster for machines that have no container engine: what of it can be checked without root. */
package hello.lab;
