package hello.support;

/** Who may do what at a server. */
@FunctionalInterface
public interface Gate {

    /** What is said to somebody at the gate. */
    enum Answer {
        WELCOME,
        /** Nobody knows this token, or none was shown. */
        LOG_IN,
        /** The token is good, but not for this. */
        REFUSED
    }

    /**
     * Asks for a request.
     *
     * @param user who shows the token, empty for nobody
     * @param token the token, empty for none
     * @param writes whether the request changes something
     * @return what is said
     */
    Answer ask(String user, String token, boolean writes);

    /**
     * Lets one user in, with one token, for everything.
     *
     * @param user the user
     * @param token the token
     * @return the gate
     */
    static Gate of(String user, String token) {
        return (name, shown, writes) -> name.equals(user) && shown.equals(token) ? Answer.WELCOME : Answer.LOG_IN;
    }

    /** As this gate, but whoever shows no token may read. */
    default Gate openToReaders() {
        return (user, token, writes) -> token.isEmpty() && !writes ? Answer.WELCOME : ask(user, token, writes);
    }
}
