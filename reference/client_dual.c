/* Talks to a server by its name, over IPv4 or IPv6, whichever answers: sends a message, prints the reply and both byte counts. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LG_MESSAGE 256

/* A connect() that a signal interrupts is not undone: the connection goes on being made, so its outcome is awaited. */
static int connecter(int descripteurSocket, const struct addrinfo *adresse)
{
    if (connect(descripteurSocket, adresse->ai_addr, adresse->ai_addrlen) == 0)
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

/* Tries each address in turn; each refused try closes its socket. Returns the connected socket, or -1. */
static int joindre(const struct addrinfo *adresses)
{
    for (const struct addrinfo *adresse = adresses; adresse != NULL; adresse = adresse->ai_next) {
        int descripteurSocket = socket(adresse->ai_family, adresse->ai_socktype, adresse->ai_protocol);
        if (descripteurSocket == -1) {
            perror("socket");
            continue;
        }
        if (connecter(descripteurSocket, adresse) == 0)
            return descripteurSocket;
        perror("connect");
        close(descripteurSocket);
    }
    return -1;
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a server that has gone is an error, not the end of us. */
static int envoyer(int descripteurSocket, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(descripteurSocket, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return -1;
        }
    }
    printf("Message envoyé (%zu octets)\n", envoyes);
    return 0;
}

/* The server closes after its reply: only the end of file tells that the reply is whole. */
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

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "Usage : %s HÔTE PORT\n", argv[0]);
        return EXIT_FAILURE;
    }

    /* AF_UNSPEC: addresses of both families, in the order in which the system advises to try them. */
    struct addrinfo criteres = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *adresses = NULL;
    int erreur = getaddrinfo(argv[1], argv[2], &criteres, &adresses);
    if (erreur != 0) { /* errors of its own, which errno and perror() do not know */
        fprintf(stderr, "%s, port %s : %s\n", argv[1], argv[2], gai_strerror(erreur));
        return EXIT_FAILURE;
    }

    int descripteurSocket = joindre(adresses);
    freeaddrinfo(adresses);
    if (descripteurSocket == -1) {
        fprintf(stderr, "%s, port %s : aucune adresse ne répond\n", argv[1], argv[2]);
        return EXIT_FAILURE;
    }

    int etat = EXIT_FAILURE;
    if (envoyer(descripteurSocket, "Hello serveur, voici un message du client !") == 0 && recevoir(descripteurSocket) == 0)
        etat = EXIT_SUCCESS;
    close(descripteurSocket);
    return etat;
}
