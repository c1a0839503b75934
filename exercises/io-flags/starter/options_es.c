/* Exercice : les options de send et de recv. */
#include <arpa/inet.h>  /* htons, htonl, inet_pton */
#include <errno.h>      /* errno, EAGAIN, EPIPE, ECONNRESET */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h> /* strcmp, strlen */
#include <sys/socket.h>
#include <unistd.h> /* close */

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

static int aCompleter(const char *mode)
{
    fprintf(stderr, "%s : à compléter\n", mode);
    return EXIT_FAILURE;
}

/* Étape 2 : un socket UDP attaché au port 5000 ; recv() avec MSG_PEEK, puis recv() sans ; les deux nombres d'octets. */
static int peek(void)
{
    return aCompleter("peek");
}

/* Étape 3 : le même socket ; recv() avec MSG_DONTWAIT ; « rien » si errno vaut EAGAIN, sinon le nombre d'octets. */
static int dontwait(void)
{
    return aCompleter("dontwait");
}

/* Étape 4 : un serveur TCP pour un client ; recv() de LG_MESSAGE octets avec MSG_WAITALL ; le nombre d'octets. */
static int waitall(void)
{
    return aCompleter("waitall");
}

/* Étape 5 : un client TCP ; envoyer "Hello world !\n" avec MSG_NOSIGNAL jusqu'à l'échec ; « EPIPE » ou « ECONNRESET ». */
static int nosignal(void)
{
    return aCompleter("nosignal");
}

/* Étape 6 : un client TCP ; envoyer l'octet '!' avec MSG_OOB. */
static int oob(void)
{
    return aCompleter("oob");
}

int main(int argc, char *argv[])
{
    /* Étape 1 : sans argument, ou avec un mot inconnu : le mode d'emploi sur la sortie d'erreur, et EXIT_FAILURE. */
    const char *mode = argc > 1 ? argv[1] : "";

    if (strcmp(mode, "peek") == 0)
        return peek();
    if (strcmp(mode, "dontwait") == 0)
        return dontwait();
    if (strcmp(mode, "waitall") == 0)
        return waitall();
    if (strcmp(mode, "nosignal") == 0)
        return nosignal();
    if (strcmp(mode, "oob") == 0)
        return oob();
    return aCompleter("mode d'emploi");
}
