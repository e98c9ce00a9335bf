package cc.accu.reliability;

/** What a fault does to a server and its senders. Whatever it says afterwards is in the lab. */
interface Experiment {
    void run(Lab lab) throws Exception;
}
