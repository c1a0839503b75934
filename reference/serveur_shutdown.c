/* Serves one client after another on port 5000, for ever: reads to its end of file, replies how many bytes there were. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_TAMPON 4096
#define LG_REPONSE 64
#define LG_FILE 5 /* clients that may wait while one is being served */

static int ouvrirSocketEcoute(void)
{
    int socketEcoute = socket(PF_INET, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }

    /* Connections of an earlier run may still be in TIME_WAIT on this port: they must not keep us from starting. */
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
    if (listen(socketEcoute, LG_FILE) == -1) {
        perror("listen");
        close(socketEcoute);
        return -1;
    }
    return socketEcoute;
}

/* Reads until the client has closed its sending direction: read() returns 0 then, and not before. The bytes come in pieces of
   any size, so what counts is the sum. */
static int compter(int socketDialogue, size_t *total)
{
    char tampon[LG_TAMPON];
    *total = 0;
    for (;;) {
        ssize_t lus = recv(socketDialogue, tampon, sizeof(tampon), 0);
        if (lus == 0)
            return 0;
        if (lus > 0)
            *total += (size_t)lus;
        else if (errno != EINTR)
            return -1;
    }
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a client that has gone must not end the server. */
static int envoyer(int socketDialogue, const char *message, size_t taille)
{
    size_t envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(socketDialogue, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0)
            envoyes += (size_t)ecrits;
        else if (errno != EINTR)
            return -1;
    }
    return 0;
}

/* Whatever goes wrong with this client is said and concerns nobody else. */
static void dialoguer(int socketDialogue)
{
    size_t total;
    if (compter(socketDialogue, &total) == -1) {
        perror("recv");
        return;
    }
    printf("Reçu : %zu octets\n", total);

    /* Our own direction is still open: the client has closed its one only. */
    char reponse[LG_REPONSE];
    int taille = snprintf(reponse, sizeof(reponse), "%zu octets\n", total);
    if (envoyer(socketDialogue, reponse, (size_t)taille) == -1)
        perror("send");
    else
        printf("Envoyé : %d octets\n", taille);
}

int main(void)
{
    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d\n", PORT);

    for (;;) {
        int socketDialogue = accept(socketEcoute, NULL, NULL);
        if (socketDialogue >= 0) {
            dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            return EXIT_FAILURE;
        }
    }
}
