/* Sends a message to port 5000 as one datagram, and prints how many bytes went out. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_DGRAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &pointDeRencontreDistant.sin_addr);

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
