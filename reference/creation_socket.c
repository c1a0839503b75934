/* Creates an IPv4 stream socket, prints its descriptor and closes it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_STREAM, 0); /* 0: the usual protocol for a stream, TCP */
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }
    printf("Descripteur du socket : %d\n", descripteurSocket);
    close(descripteurSocket);
    return EXIT_SUCCESS;
}
