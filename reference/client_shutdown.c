/* Copies standard input to port 5000, says that this is all, and copies the reply to standard output. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_TAMPON 4096

/* Writes all of it: write() may take only a part, when the other side reads more slowly than we write. */
static int ecrireTout(int descripteur, const char *octets, size_t taille)
{
    size_t ecrits = 0;
    while (ecrits < taille) {
        ssize_t n = write(descripteur, octets + ecrits, taille - ecrits);
        if (n >= 0)
            ecrits += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return 0;
}

/*
 * Copies until the end of file, where read() returns 0. The bytes may be any bytes, zeros too: they are counted, and never
 * treated as a string. *TOTAL holds how many went through, also when something fails.
 */
static int copier(int depuis, int vers, size_t *total)
{
    char tampon[LG_TAMPON];
    for (;;) {
        ssize_t lus = read(depuis, tampon, sizeof(tampon));
        if (lus == 0)
            return 0;
        if (lus == -1) {
            if (errno == EINTR)
                continue;
            perror("read");
            return -1;
        }
        if (ecrireTout(vers, tampon, (size_t)lus) == -1) {
            perror("write");
            return -1;
        }
        *total += (size_t)lus;
    }
}

/* SHUT_WR ends our sending direction only: the server sees the end of file, and its reply still comes. */
static int dialoguer(int descripteurSocket, size_t *envoyes, size_t *recus)
{
    if (copier(STDIN_FILENO, descripteurSocket, envoyes) == -1)
        return -1;
    if (shutdown(descripteurSocket, SHUT_WR) == -1) {
        perror("shutdown");
        return -1;
    }
    return copier(descripteurSocket, STDOUT_FILENO, recus);
}

int main(void)
{
    /* A server that has gone is an error of write() (EPIPE), and not our silent end. */
    signal(SIGPIPE, SIG_IGN);

    int descripteurSocket = socket(PF_INET, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &pointDeRencontreDistant.sin_addr);
    if (connect(descripteurSocket, (struct sockaddr *)&pointDeRencontreDistant, sizeof(pointDeRencontreDistant)) == -1) {
        perror("connect");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }

    /* Standard output is the server's bytes and nothing else: what there is to say goes to standard error. */
    size_t envoyes = 0, recus = 0;
    int resultat = dialoguer(descripteurSocket, &envoyes, &recus);
    fprintf(stderr, "%zu octets envoyés, %zu octets reçus\n", envoyes, recus);

    close(descripteurSocket);
    return resultat == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
