/* The client of client_udp.c over IPv6: a message to port 5000 as one datagram. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "::1"
#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    int descripteurSocket = socket(PF_INET6, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in6 pointDeRencontreDistant = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
    inet_pton(AF_INET6, ADRESSE, &pointDeRencontreDistant.sin6_addr);

    /* No connection is made: the address goes with the datagram. It leaves whole or not at all, and nobody acknowledges it. */
    const char *messageEnvoi = "Hello world !\n";
    ssize_t ecrits;
    do
        ecrits = sendto(descripteurSocket, messageEnvoi, strlen(messageEnvoi), 0,
                        (struct sockaddr *)&pointDeRencontreDistant, sizeof(pointDeRencontreDistant));
    while (ecrits == -1 && errno == EINTR);
    if (ecrits == -1) {
        perror("sendto");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }
    printf("Message envoyé (%zd octets)\n", ecrits);

    close(descripteurSocket);
    return EXIT_SUCCESS;
}
