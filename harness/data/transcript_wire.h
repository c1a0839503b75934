/* transcript_wire: what the writer and the reader of stored transcripts agree on. */
#ifndef DATA_TRANSCRIPT_WIRE_H
#define DATA_TRANSCRIPT_WIRE_H

/*
 * magic, version byte
 * names of the calls that occur; a call event holds its place in this list
 * actors, sockets
 * stuck, limit, limit_actor, end
 * events; times as differences from one to the next
 * checksum of all this: 8 bytes
 */
#define TRANSCRIPT_MAGIC "GrdTrsc"
enum {
    TRANSCRIPT_MAGIC_SIZE = 7,
    TRANSCRIPT_VERSION = 3,
    TRANSCRIPT_HEAD = TRANSCRIPT_MAGIC_SIZE + 1,
    TRANSCRIPT_TAIL = 8
};

/* The bits of a call's and of a socket's flags byte. */
enum {
    WIRE_PENDING = 1,
    WIRE_TIMED_OUT = 2,
    WIRE_INJECTED = 4,
    WIRE_LIBRARY = 8,
    WIRE_STACK = 16,
    WIRE_CALL_FLAGS = 31
};
enum { WIRE_ACCEPTED = 1, WIRE_SOCKET_LIBRARY = 2, WIRE_SOCKET_FLAGS = 3 };

#endif
