/* The client of client_tcp.c over IPv6: sends a message to port 5000, prints the reply and how many bytes went each way. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "::1"
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* A connect() that a signal interrupts is not undone: the connection goes on being made, so its outcome is awaited. */
static int connecter(int descripteurSocket, const struct sockaddr_in6 *pointDeRencontreDistant)
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

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a server that has gone is an error, not the end of us. */
static int envoyer(int descripteurSocket, const char *message, size_t taille)
{
    size_t envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(descripteurSocket, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0)
            envoyes += (size_t)ecrits;
        else if (errno != EINTR)
            return -1;
    }
    printf("Message envoyé (%zu octets)\n", envoyes);
    return 0;
}

/*
 * A reply may come in pieces: only the end of file, when the server closes, tells that it is whole. The bytes carry no
 * final NUL, so they are printed by their number.
 */
static int recevoir(int descripteurSocket)
{
    char message[LG_MESSAGE];
    size_t recus = 0;
    for (;;) {
        ssize_t lus = recv(descripteurSocket, message, sizeof(message), 0);
        if (lus == 0)
            break;
        if (lus > 0) {
            fwrite(message, 1, (size_t)lus, stdout);
            recus += (size_t)lus;
        } else if (errno != EINTR) {
            perror("recv");
            return -1;
        }
    }
    if (recus == 0) {
        fprintf(stderr, "Le serveur a fermé la connexion sans répondre\n");
        return -1;
    }
    printf("\nRéponse reçue (%zu octets)\n", recus);
    return 0;
}

int main(void)
{
    int descripteurSocket = socket(PF_INET6, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    /* The other fields (flow, scope) stay 0: the initializer sees to it. */
    struct sockaddr_in6 pointDeRencontreDistant = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
    inet_pton(AF_INET6, ADRESSE, &pointDeRencontreDistant.sin6_addr);
    int etat = EXIT_FAILURE;
    const char *messageEnvoi = "Hello world !\n";
    if (connecter(descripteurSocket, &pointDeRencontreDistant) == -1)
        perror("connect");
    else if (envoyer(descripteurSocket, messageEnvoi, strlen(messageEnvoi)) == -1)
        perror("send");
    else if (recevoir(descripteurSocket) == 0)
        etat = EXIT_SUCCESS;

    close(descripteurSocket);
    return etat;
}
