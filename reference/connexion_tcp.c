/* Connects to port 5000, says so and closes. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */

/* A connect() that a signal interrupts is not undone: the connection goes on being made, so its outcome is awaited. */
static int connecter(int descripteurSocket, const struct sockaddr_in *pointDeRencontreDistant)
{
    if (connect(descripteurSocket, (const struct sockaddr *)pointDeRencontreDistant,
                sizeof(*pointDeRencontreDistant)) == 0)
        return 0;
    if (errno != EINTR)
        return -1;

    struct pollfd attente = {.fd = descripteurSocket, .events = POLLOUT};
    while (poll(&attente, 1, -1) == -1)
        if (errno != EINTR)
            return -1;

    int erreur = 0;
    socklen_t longueur = sizeof(erreur);
    if (getsockopt(descripteurSocket, SOL_SOCKET, SO_ERROR, &erreur, &longueur) == -1)
        return -1;
    errno = erreur;
    return erreur == 0 ? 0 : -1;
}

int main(void)
{
    int descripteurSocket = socket(PF_INET, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &pointDeRencontreDistant.sin_addr);
    if (connecter(descripteurSocket, &pointDeRencontreDistant) == -1) {
        perror("connect");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }
    printf("Connexion établie avec le serveur\n");

    close(descripteurSocket);
    return EXIT_SUCCESS;
}
