/* serveur_file BACKLOG: lets clients wait in the queue of listen() until a line comes, then serves all who wait. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* -1: the text is not a number from 0 on. atoi() would not tell "abc" from "0". */
static int lireNombre(const char *texte)
{
    char *fin;
    errno = 0;
    long nombre = strtol(texte, &fin, 10);
    if (fin == texte || *fin != '\0' || errno != 0 || nombre < 0 || nombre > INT_MAX)
        return -1;
    return (int)nombre;
}

static int ouvrirSocketEcoute(int tailleFile)
{
    int socketEcoute = socket(PF_INET, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }

    int oui = 1;
    if (setsockopt(socketEcoute, SOL_SOCKET, SO_REUSEADDR, &oui, sizeof(oui)) == -1)
        perror("setsockopt");

    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(socketEcoute, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(socketEcoute);
        return -1;
    }
    /* From here on the system connects clients by itself: as many as the queue holds, and one more. */
    if (listen(socketEcoute, tailleFile) == -1) {
        perror("listen");
        close(socketEcoute);
        return -1;
    }
    return socketEcoute;
}

/* Until the end of the line, or of the input. */
static void attendreUneLigne(void)
{
    int c;
    do
        c = getchar();
    while (c != '\n' && c != EOF);
}

/* MSG_NOSIGNAL: a client that has gone gives an error, and not the signal SIGPIPE, which would end the program. */
static int envoyer(int socketDialogue, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(socketDialogue, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return 0;
        }
    }
    printf("Réponse envoyée (%zu octets)\n", envoyes);
    return 1;
}

/* 1 if the client was served, 0 if it has failed or sent nothing. */
static int dialoguer(int socketDialogue)
{
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recv(socketDialogue, message, sizeof(message), 0);
    while (lus == -1 && errno == EINTR);

    if (lus == -1)
        perror("recv");
    else if (lus == 0)
        fprintf(stderr, "Le client a fermé la connexion sans rien envoyer\n");
    if (lus <= 0)
        return 0;
    printf("Message reçu : %.*s (%zd octets)\n", (int)lus, message, lus);
    return envoyer(socketDialogue, "ok\n");
}

/* Serves all who wait. An accept() that would have to wait says so (EAGAIN): then the queue is empty. -1: it failed. */
static int servirLaFile(int socketEcoute)
{
    int servis = 0;
    if (fcntl(socketEcoute, F_SETFL, O_NONBLOCK) == -1) {
        perror("fcntl");
        return -1;
    }
    for (;;) {
        int socketDialogue = accept(socketEcoute, NULL, NULL); /* which itself does wait for its bytes */
        if (socketDialogue >= 0) {
            servis += dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return servis;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            return -1;
        }
    }
}

int main(int argc, char *argv[])
{
    int tailleFile = argc == 2 ? lireNombre(argv[1]) : -1;
    if (tailleFile == -1) {
        fprintf(stderr, "Usage : %s BACKLOG (un nombre, 0 ou plus)\n", argv[0]);
        return EXIT_FAILURE;
    }
    int socketEcoute = ouvrirSocketEcoute(tailleFile);
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d, file de %d ; une ligne pour servir\n", PORT, tailleFile);
    attendreUneLigne();

    int servis = servirLaFile(socketEcoute);
    close(socketEcoute);
    if (servis == -1)
        return EXIT_FAILURE;
    printf("Clients servis : %d\n", servis);
    return EXIT_SUCCESS;
}
